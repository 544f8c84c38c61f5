/** A browser's own call over WebRTC, without the page's code, as its page keeps it. */
export interface Call {
  call: {
    connection: RTCPeerConnection;
    location: string;
    /** Answers that sounded, and for how long; pauses of up to half a second belong to them. */
    spans: { begun: number; seconds: number }[];
    /** Notes that it sounds now. */
    sounds(): void;
  };
}

/**
 * Runs in the page: calls the service it comes from, plays what it says, and notes when that sounds. Where a relay's port on this machine is given, the
 * sound goes that way and no other.
 */
export async function dial(relay: number | void): Promise<void> {
  const microphone = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false } });
  const connection = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
  for (const track of microphone.getTracks()) connection.addTrack(track, microphone);
  const sounding = new Promise<MediaStream>((resolve) => (connection.ontrack = ({ streams }) => resolve(streams[0]!)));
  await connection.setLocalDescription();
  const response = await fetch("/webrtc", { method: "POST", headers: { "Content-Type": "application/sdp" }, body: connection.localDescription!.sdp });
  if (response.status !== 201) throw new Error(`${response.status}: ${await response.text()}`);
  let sdp = await response.text();
  if (relay) sdp = `${sdp.replace(/a=candidate:.*\r\n/g, "")}a=candidate:1 1 udp 2130706431 127.0.0.1 ${relay} typ host\r\n`;
  await connection.setRemoteDescription({ type: "answer", sdp });
  const spans: Call["call"]["spans"] = [];
  const sounds = () => {
    const now = performance.now();
    const last = spans.at(-1);
    if (last && now - last.begun < 1000 * last.seconds + 500) last.seconds = (now - last.begun) / 1000;
    else spans.push({ begun: now, seconds: 0 });
  };
  (window as unknown as Call).call = { connection, location: response.headers.get("Location")!, spans, sounds };

  const stream = await sounding;
  const element = new Audio();
  element.srcObject = stream; // A remote track flows into a graph only while an element plays it.
  element.muted = true;
  await element.play();
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: 2048 });
  context.createMediaStreamSource(stream).connect(analyser).connect(context.destination);
  const samples = new Float32Array(analyser.fftSize);
  setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    if (samples.some((sample) => Math.abs(sample) > 0.01)) sounds();
  }, 40);
}
