import { startS3 } from '../start-s3.ts';

/**
 * A process that serves S3 from the folder it is given, tells where, and waits to be killed; at SIGTERM it ends and says
 * how much memory it ever had.
 */
const [folder] = process.argv.slice(2);
const s3 = await startS3({ folder, bucket: 'reports' });
process.stdout.write(`${JSON.stringify({ endpoint: s3.endpoint })}\n`);
process.once('SIGTERM', () => {
  const maxRssBytes = process.resourceUsage().maxRSS * 1024;
  process.stdout.write(`${JSON.stringify({ maxRssBytes })}\n`);
  process.exit(0);
});
