import { HttpTransportType, HubConnectionBuilder, LogLevel, Subject } from "@microsoft/signalr";
import { MessagePackHubProtocol } from "@microsoft/signalr-protocol-msgpack";
import type { ClientMessage, OpenRequest } from "./messages";
import type { Socket } from "./voice-client";

/** Opens a WebSocket to the hub and makes its one call. This file is the lazy part of the widget: it is loaded at the first click. */
export async function dial(url: string, open: OpenRequest, item: (item: unknown[]) => void, end: () => void): Promise<Socket> {
  const hub = new HubConnectionBuilder()
    .withUrl(url, { transport: HttpTransportType.WebSockets, skipNegotiation: true })
    .withHubProtocol(new MessagePackHubProtocol({ ignoreUndefined: true }))
    .configureLogging(LogLevel.None)
    .build();
  hub.keepAliveIntervalInMilliseconds = 3_000;
  hub.serverTimeoutInMilliseconds = 9_000;
  hub.onclose(end);
  await hub.start();
  const up = new Subject<ClientMessage>();
  hub.stream<unknown[]>("Converse", open, up).subscribe({ next: item, error: end, complete: end });
  return { send: (message) => up.next(message), close: () => void hub.stop() };
}
