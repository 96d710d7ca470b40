import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { standIn } from '@ordercast/platform/stand-in.ts';
import { hasMoto, startMotoServer } from '@ordercast/platform/testing/moto-server.ts';
import type { MotoServer } from '@ordercast/platform/testing/moto-server.ts';
import { afterAll, beforeAll, describe } from 'vitest';
import { s3Contract } from './s3.contract.ts';

/** A stand-in that nobody here wrote, held to the same: what the contract says of S3 is not ours alone. */
describe.skipIf(!hasMoto())('S3 as moto has it (skipped without moto_server)', () => {
  let moto: MotoServer;
  let client: S3Client;
  beforeAll(async () => {
    moto = await startMotoServer();
    client = new S3Client({ ...standIn(moto.endpoint), forcePathStyle: true });
    await client.send(new CreateBucketCommand({ Bucket: 'reports' }));
  });
  afterAll(() => moto.close());

  s3Contract(() => client);
});
