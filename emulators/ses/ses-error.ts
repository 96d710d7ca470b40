/** Status of the errors of SES v2 that this stand-in answers with. */
const STATUS = {
  BadRequestException: 400,
  MessageRejected: 400,
  NotFoundException: 404,
  TooManyRequestsException: 429,
  UnknownOperationException: 404,
  InternalServiceErrorException: 500,
} as const;

/** What SES refuses a request with, by the name that the SDK's clients know it by. */
export class SesError extends Error {
  override name: keyof typeof STATUS;
  readonly status: number;

  constructor(name: keyof typeof STATUS, message: string) {
    super(message);
    this.name = name;
    this.status = STATUS[name];
  }
}
