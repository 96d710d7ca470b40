import { z } from 'zod';

/** The part of `requestContext` that every WebSocket event has and a handler needs. */
export const requestContextSchema = z.object({
  connectionId: z.string().min(1),
  domainName: z.string().min(1),
  stage: z.string().min(1),
  requestId: z.string(),
});
export type RequestContext = z.infer<typeof requestContextSchema>;

/** The callback endpoint of the API that an event came through, such as `https://host/stage`. */
export type CallbackEndpoint = (context: Pick<RequestContext, 'domainName' | 'stage'>) => string;

export interface HandlerResponse {
  statusCode: number;
  headers?: Record<string, string>;
}
