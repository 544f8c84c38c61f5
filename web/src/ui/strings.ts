import type { Link, MicrophoneFault, Phase } from "../conversation";

export interface Strings {
  title: string;
  invitation: string;
  hint: string;
  examples: string;
  textHint: string;
  start: string;
  startText: string;
  again: string;
  hangUp: string;
  mute: string;
  unmute: string;
  stop: string;
  send: string;
  write: string;
  open: string;
  close: string;
  dismiss: string;
  microphone: string;
  turnOnMicrophone: string;
  defaultMicrophone: string;
  resumeSound: string;
  log: string;
  you: string;
  assistant: string;
  spoke: (seconds: string) => string;
  speaking: string;
  interrupted: string;
  notHeard: string;
  failed: string;
  newConversation: string;
  holdSpace: string;
  timing: (milliseconds: string) => string;
  saved: (hearing: string, guessing: string) => string;
  parts: Record<"endpoint" | "tokenize" | "prefill" | "firstToken" | "firstBlock" | "network", string>;
  showPicture: string;
  takePicture: string;
  chooseFile: string;
  cameraView: string;
  noCamera: string;
  yourPicture: string;
  noPicture: string;
  emulated: string;
  sources: string;
  copy: string;
  copied: string;
  candidate: (number: string) => string;
  thoughts: (seconds: string) => string;
  thinking: (seconds: string) => string;
  filming: (seconds: string) => string;
  cancelled: string;
  phoneDone: string;
  otherModel: string;
  ways: Record<Link["way"], string>;
  roundTrip: (milliseconds: string) => string;
  jitter: (milliseconds: string) => string;
  loss: (percent: string) => string;
  phases: Record<Phase, string>;
  queue: (position: number) => string;
  reconnecting: string;
  /** Listening without a microphone. */
  reading: string;
  /** What the service's reasons mean to a user, where its own words are in another language. */
  endings: Partial<Record<string, string>>;
  lost: string;
  microphoneFaults: Record<MicrophoneFault, string>;
}

const en: Strings = {
  title: "VoiceGlm",
  invitation: "Let’s talk",
  hint: "Press the button and speak. You can interrupt at any time.",
  examples: "Things to ask",
  textHint: "Write a message to begin.",
  start: "Start talking",
  startText: "Start",
  again: "Talk again",
  hangUp: "End conversation",
  mute: "Mute microphone",
  unmute: "Unmute microphone",
  stop: "Stop the answer",
  send: "Send",
  write: "Write a message",
  open: "Talk to us",
  close: "Close",
  dismiss: "Dismiss",
  microphone: "Microphone",
  turnOnMicrophone: "Turn on the microphone",
  defaultMicrophone: "Default microphone",
  resumeSound: "Tap to turn the sound on",
  log: "Conversation",
  you: "You",
  assistant: "Assistant",
  spoke: (seconds) => `You spoke for ${seconds} seconds`,
  speaking: "You are speaking",
  interrupted: "Interrupted",
  notHeard: "not heard:",
  failed: "Failed",
  newConversation: "A new conversation",
  holdSpace: "Hold Space to talk · Esc to stop",
  timing: (milliseconds) => `Answered in ${milliseconds} ms`,
  saved: (hearing, guessing) => `Saved: ${hearing} ms by hearing ahead, ${guessing} ms by guessing the end`,
  parts: { endpoint: "End of speech", tokenize: "Hear", prefill: "Read", firstToken: "First token", firstBlock: "First sound", network: "Network" },
  showPicture: "Show a picture",
  takePicture: "Take the picture",
  chooseFile: "Choose a file",
  cameraView: "What the camera sees",
  noCamera: "There is no camera, or it is blocked for this page. A file does as well.",
  yourPicture: "The picture that you showed",
  noPicture: "That is not a picture that this browser can read.",
  emulated: "Made up by the emulator",
  sources: "Sources",
  copy: "Copy",
  copied: "Copied",
  candidate: (number) => `Version ${number}`,
  thoughts: (seconds) => `Thoughts (${seconds} s)`,
  thinking: (seconds) => `Thinking for ${seconds} s…`,
  filming: (seconds) => `Being made for ${seconds} s…`,
  cancelled: "Cancelled",
  phoneDone: "Done.",
  otherModel: "Filled by a model that was not made for it.",
  ways: { udp: "Call over UDP", tcp: "Call over TCP", socket: "SignalR" },
  roundTrip: (milliseconds) => `${milliseconds} ms there and back`,
  jitter: (milliseconds) => `jitter ${milliseconds} ms`,
  loss: (percent) => `${percent} % lost`,
  phases: {
    idle: "Ready",
    connecting: "Connecting…",
    queued: "Waiting for a free place",
    listening: "Listening",
    hearing: "Listening to you",
    thinking: "Thinking",
    speaking: "Speaking",
    muted: "Muted",
    ended: "Conversation ended",
    error: "Something is wrong",
  },
  queue: (position) => (position === 1 ? "You are next in line." : `${position} in line.`),
  reconnecting: "Reconnecting…",
  reading: "Ready for your message",
  endings: { superseded: "The conversation goes on in another window." },
  lost: "The connection to the service was lost. Check the network and start again.",
  microphoneFaults: {
    denied: "The microphone is blocked for this page. Allow it in the browser’s address bar, then start again. You can write meanwhile.",
    none: "No microphone was found. Plug one in, or write instead.",
    busy: "The microphone is in use by another program. Close that one, then start again.",
    insecure: "Browsers give the microphone to secure pages only. Open this page with https, or on localhost.",
    policy: "This page is in a frame that may not use the microphone. The page around it must add allow=\"microphone\".",
    failed: "The microphone could not be started.",
  },
};

const zh: Strings = {
  title: "VoiceGlm",
  invitation: "聊聊吧",
  hint: "点一下按钮就可以说话，随时可以打断。",
  examples: "可以这样问",
  textHint: "写一条消息开始。",
  start: "开始对话",
  startText: "开始",
  again: "再聊一次",
  hangUp: "结束对话",
  mute: "静音麦克风",
  unmute: "打开麦克风",
  stop: "停止回答",
  send: "发送",
  write: "输入消息",
  open: "和我们聊聊",
  close: "关闭",
  dismiss: "知道了",
  microphone: "麦克风",
  turnOnMicrophone: "打开麦克风",
  defaultMicrophone: "默认麦克风",
  resumeSound: "点一下打开声音",
  log: "对话",
  you: "你",
  assistant: "助手",
  spoke: (seconds) => `你说了 ${seconds} 秒`,
  speaking: "你正在说话",
  interrupted: "已打断",
  notHeard: "未听到：",
  failed: "失败",
  newConversation: "新的对话",
  holdSpace: "按住空格说话 · Esc 停止",
  timing: (milliseconds) => `${milliseconds} 毫秒后回答`,
  saved: (hearing, guessing) => `提前聆听节省 ${hearing} 毫秒，预判结束节省 ${guessing} 毫秒`,
  parts: { endpoint: "判断说完", tokenize: "听", prefill: "读", firstToken: "首个词元", firstBlock: "首段声音", network: "网络" },
  showPicture: "展示图片",
  takePicture: "拍照",
  chooseFile: "选择文件",
  cameraView: "摄像头画面",
  noCamera: "没有摄像头，或本页面被禁止使用。也可以选择文件。",
  yourPicture: "你展示的图片",
  noPicture: "浏览器无法读取这张图片。",
  emulated: "由模拟器生成",
  sources: "来源",
  copy: "复制",
  copied: "已复制",
  candidate: (number) => `版本 ${number}`,
  thoughts: (seconds) => `思考过程（${seconds} 秒）`,
  thinking: (seconds) => `已思考 ${seconds} 秒…`,
  filming: (seconds) => `已制作 ${seconds} 秒…`,
  cancelled: "已取消",
  phoneDone: "完成。",
  otherModel: "由其他模型代为填写。",
  ways: { udp: "UDP 通话", tcp: "TCP 通话", socket: "SignalR" },
  roundTrip: (milliseconds) => `往返 ${milliseconds} 毫秒`,
  jitter: (milliseconds) => `抖动 ${milliseconds} 毫秒`,
  loss: (percent) => `丢包 ${percent} %`,
  phases: {
    idle: "准备好了",
    connecting: "正在连接…",
    queued: "正在排队",
    listening: "正在听",
    hearing: "正在听你说",
    thinking: "正在思考",
    speaking: "正在回答",
    muted: "已静音",
    ended: "对话已结束",
    error: "出了点问题",
  },
  queue: (position) => (position === 1 ? "马上轮到你了。" : `前面还有 ${position - 1} 位。`),
  reconnecting: "正在重新连接…",
  reading: "请输入消息",
  endings: {
    superseded: "对话已在另一个窗口继续。",
    capacity: "现在人太多了，请稍后再试。",
    server_stopping: "服务正在关闭，请稍后再试。",
    failed: "服务出了点问题，请重新开始。",
    protocol_error: "连接出了问题，请刷新页面。",
    flood: "发送得太快了。",
    invalid_text: "这条消息太长或是空的。",
  },
  lost: "与服务的连接已断开。请检查网络后重新开始。",
  microphoneFaults: {
    denied: "此页面的麦克风被禁用。请在地址栏中允许，然后重新开始；也可以先打字。",
    none: "没有找到麦克风。请接上一个，或者打字。",
    busy: "麦克风正被其他程序使用。请关闭后重新开始。",
    insecure: "浏览器只允许安全页面使用麦克风。请用 https 或 localhost 打开。",
    policy: "此页面所在的框架不允许使用麦克风，外层页面需要加上 allow=\"microphone\"。",
    failed: "麦克风无法启动。",
  },
};

/** The words for a language: Chinese for any `zh`, English otherwise. */
export function stringsOf(language: string): Strings {
  return language.toLowerCase().startsWith("zh") ? zh : en;
}
