import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { startS3 } from '@ordercast/emulators/s3/start-s3.ts';
import { standIn } from '@ordercast/platform/stand-in.ts';
import { hasMoto, startMotoServer } from '@ordercast/platform/testing/moto-server.ts';
import { describe } from 'vitest';
import { BUCKET } from '../testing/stored-objects.ts';
import { reportFilesContract } from './report-files.contract.ts';

describe('on the laptop’s S3', () => reportFilesContract(() => startS3({ bucket: BUCKET })));

describe.skipIf(!hasMoto())('on S3 as moto has it (skipped without moto_server)', () =>
  reportFilesContract(async () => {
    const moto = await startMotoServer();
    const client = new S3Client({ ...standIn(moto.endpoint), forcePathStyle: true });
    await client.send(new CreateBucketCommand({ Bucket: BUCKET }));
    const close = async () => {
      client.destroy();
      await moto.close();
    };
    return { endpoint: moto.endpoint, client, close };
  }),
);
