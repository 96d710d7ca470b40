/**
 * Loaded into a process by NODE_OPTIONS, as a report gate says (report-gate.ts): one that works on a run asks the gate before each writing
 * to storage, and waits for its answer.
 */
const gate = new URL(import.meta.url).searchParams.get('gate');
const runId = process.env.REPORT_RUN_ID;

if (gate !== null && runId !== undefined) {
  const { CreateMultipartUploadCommand, PutObjectCommand, S3Client, UploadPartCommand } =
    await import('@aws-sdk/client-s3');
  const writings = [CreateMultipartUploadCommand, PutObjectCommand, UploadPartCommand];
  const send: unknown = Reflect.get(S3Client.prototype, 'send');
  Reflect.set(S3Client.prototype, 'send', async function (this: unknown, ...args: unknown[]) {
    if (typeof send !== 'function') throw new Error('The client of S3 has no send');
    if (writings.some((kind) => args[0] instanceof kind))
      await fetch(`${gate}/${runId}/${process.pid}`);
    const answer: unknown = await Reflect.apply(send, this, args);
    return answer;
  });
}
