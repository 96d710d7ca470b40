import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { z } from 'zod';
import { xml } from './xml.ts';

/** An answer that refuses, in whichever protocol the call came. */
export class Refusal extends Error {
  override name = 'Refusal';
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export interface ScriptedCall {
  service: string;
  region: string;
  /** Of JSON and query calls its name; of REST calls method and path. */
  operation: string;
  path: string;
  query: URLSearchParams;
  form: URLSearchParams;
  body: Buffer;
}

export interface Answer {
  type?: string;
  /** Of an object, where the caller wants to know. */
  entityTag?: string;
  body: string | Uint8Array;
}

/** Answers the calls of one service. Whatever it does not know it must refuse with NotScripted. */
export type Service = (call: ScriptedCall) => Answer | Promise<Answer>;

/** Ends whoever calls, just before or just after the next of these calls. */
export interface Crash {
  /** Whether it is at this one: `ecs RunTask`. */
  at: (change: string) => boolean;
  when: 'before' | 'after';
  crash: () => void;
}

const CHANGES =
  /^(Create|Delete|Execute|Put|Run|Start|Stop|Update|Admin(?!Get)|push|PUT |POST (?!.*deployments\/start$)|POST .*start$|DELETE )/;

/** One address for all of AWS, by the service that a call is signed for. It is strict: unknown calls are refused and kept. */
export class ScriptedAws {
  /** Names of the calls that changed something: `ecs RunTask`. */
  readonly changes: string[] = [];
  /** Calls that nobody wrote an answer for. */
  readonly unknown: string[] = [];
  crash: Crash | undefined;
  /** Refuses every call in this way. */
  refuseAll: Refusal | undefined;
  readonly #services: Readonly<Record<string, Service>>;
  readonly #server = createServer((request, response) => void this.#handle(request, response));

  constructor(services: Readonly<Record<string, Service>>) {
    this.#services = services;
  }

  async start(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const { port } = z.object({ port: z.number() }).parse(this.#server.address());
    return `http://127.0.0.1:${port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request).catch(() => undefined);
    if (body === undefined) return;
    const call = readCall(request, body);
    const isChange = CHANGES.test(call.operation) && call.service !== 'sts';
    const change = labelOf(call);
    const isCrash = isChange && this.crash?.at(change) === true;
    if (isCrash && this.crash?.when === 'before') {
      this.#end(request);
      return;
    }
    try {
      if (this.refuseAll !== undefined) throw this.refuseAll;
      const answer = await this.#answer(call);
      if (isChange) this.changes.push(change);
      if (isCrash) {
        this.#end(request);
        return;
      }
      if (answer.entityTag !== undefined) response.setHeader('ETag', answer.entityTag);
      response.setHeader('Content-Type', answer.type ?? typeOf(request)).end(answer.body);
    } catch (error) {
      refuse(request, response, error);
    }
  }

  /** The caller is dead before it could read an answer. */
  #end(request: IncomingMessage): void {
    const { crash } = this;
    this.crash = undefined;
    crash?.crash();
    request.socket.destroy();
  }

  async #answer(call: ScriptedCall): Promise<Answer> {
    const service = this.#services[call.service];
    try {
      if (service !== undefined) return await service(call);
      throw new Refusal(400, 'NotScripted', 'No such service');
    } catch (error) {
      const isUnknown = !(error instanceof Refusal) || error.code === 'NotScripted';
      if (isUnknown) this.unknown.push(`${call.service} ${call.operation}: ${String(error)}`);
      throw error;
    }
  }
}

function readCall(request: IncomingMessage, body: Buffer): ScriptedCall {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const signature = /Credential=[^/]+\/\d+\/([^/]+)\/([^/]+)\//;
  const [, region = '', service = pathname.split('/')[1] ?? ''] =
    signature.exec(request.headers.authorization ?? '') ?? [];
  const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded');
  const form = new URLSearchParams(isForm ? body.toString() : '');
  const target = request.headers['x-amz-target'];
  const named = typeof target === 'string' ? target.split('.').at(-1) : form.get('Action');
  const operation = named ?? `${request.method} ${pathname}`;
  return { service, region, operation, path: pathname, query: searchParams, form, body };
}

const subject = z.object({
  Username: z.string().optional(),
  overrides: z
    .object({ containerOverrides: z.array(z.object({ command: z.array(z.string()) })) })
    .optional(),
});

/** `cloudformation ExecuteChangeSet ordercast-dev-data`: the call, and what it is about where one call has several. */
function labelOf({ service, operation, form, body }: ScriptedCall): string {
  const isJson = body.subarray(0, 1).toString() === '{';
  const { Username, overrides } = isJson ? subject.parse(JSON.parse(body.toString())) : {};
  const command = overrides?.containerOverrides[0]?.command[2];
  // Jobs are numbered.
  const call = operation.replaceAll(/\/\d+/g, '/<n>');
  return [service, call, form.get('StackName') ?? Username ?? command]
    .filter((part) => part !== undefined)
    .join(' ');
}

function typeOf(request: IncomingMessage): string {
  return request.headers['content-type']?.startsWith('application/x-amz-json')
    ? 'application/x-amz-json-1.1'
    : 'text/xml';
}

function refuse(request: IncomingMessage, response: ServerResponse, error: unknown): void {
  const { status, code, message } =
    error instanceof Refusal ? error : new Refusal(400, 'NotScripted', String(error));
  const isXml = typeOf(request) === 'text/xml';
  const body = isXml
    ? xml('ErrorResponse', { Error: { Type: 'Sender', Code: code, Message: message } })
    : JSON.stringify({ __type: code, message });
  response.writeHead(status, { 'Content-Type': typeOf(request) }).end(body);
}
