import type { ErrorFrame, ServerErrorCode } from './frames.ts';

/**
 * What the library reports through `onError`. Unless a subscription is `failed` or the client is
 * `closed` afterwards, the library recovers by itself: errors are then for the log. No error holds a token.
 */
export class RealtimeError extends Error {
  override name = 'RealtimeError';
}

/** The application's `token()` rejected or did not answer in time (`cause` says). Tried again. */
export class TokenUnavailableError extends RealtimeError {
  override name = 'TokenUnavailableError';
}

/** No connection came about. A browser does not tell whether the network or a 401 was the reason. */
export class HandshakeFailedError extends RealtimeError {
  override name = 'HandshakeFailedError';
}

/** The connection ended without a warning. */
export class ConnectionLostError extends RealtimeError {
  override name = 'ConnectionLostError';
  /** The WebSocket close code; 1006 where the socket was cut. */
  declare readonly closeCode: number;

  constructor(closeCode: number) {
    super(`The connection ended with code ${closeCode}.`);
    this.closeCode = closeCode;
  }
}

/** The connection looked open but did not answer a ping. */
export class ConnectionDeadError extends RealtimeError {
  override name = 'ConnectionDeadError';
}

/** The server announced the end of the connection. */
export class ServerClosingError extends RealtimeError {
  override name = 'ServerClosingError';
  /** `token_expired`, `signed_out`, `max_duration`, `server_shutdown` or `too_slow`. */
  declare readonly reason: string;

  constructor(reason: string) {
    super(`The server closes the connection: ${reason}.`);
    this.reason = reason;
  }
}

/** The server ended the session, and a fresh token did not bring it back: the client is closed. */
export class SignedOutError extends RealtimeError {
  override name = 'SignedOutError';
}

/** The client was closed by `close()`. */
export class ClientClosedError extends RealtimeError {
  override name = 'ClientClosedError';
}

/** The server answered with an error. */
export class ServerRefusedError extends RealtimeError {
  override name = 'ServerRefusedError';
  declare readonly code: ServerErrorCode;
  /** The channel that it is about, where it is about one. */
  declare readonly channel: string | undefined;

  constructor(frame: Pick<ErrorFrame, 'code' | 'message' | 'channel'>) {
    super(`${frame.code}: ${frame.message}`);
    this.code = frame.code;
    this.channel = frame.channel;
  }
}

/** The server did not answer in time. Asked again. */
export class AnswerTimeoutError extends RealtimeError {
  override name = 'AnswerTimeoutError';
}

/** Events stay missing although the server was asked for them. Asked again. */
export class EventsMissingError extends RealtimeError {
  override name = 'EventsMissingError';
}

/** A frame that this protocol does not know the meaning of. Ignored. */
export class MalformedFrameError extends RealtimeError {
  override name = 'MalformedFrameError';
}

/** A callback of the application threw or rejected (`cause`). The stream goes on. */
export class CallbackError extends RealtimeError {
  override name = 'CallbackError';
}

/** The position store threw (`cause`). The stream goes on. */
export class PositionStoreError extends RealtimeError {
  override name = 'PositionStoreError';
}
