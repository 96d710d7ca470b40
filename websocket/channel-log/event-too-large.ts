/** An event that no frame can carry; only the producer can do something about it. */
export class EventTooLarge extends Error {
  override readonly name = 'EventTooLarge';
  readonly eventId: string;
  readonly sizeBytes: number;
  readonly limitBytes: number;

  constructor(eventId: string, sizeBytes: number, limitBytes: number) {
    super(`event ${eventId} has ${sizeBytes} bytes, more than the ${limitBytes} of a frame`);
    this.eventId = eventId;
    this.sizeBytes = sizeBytes;
    this.limitBytes = limitBytes;
  }
}
