import { connect } from 'node:net';

/** Loaded before a program by `--import`: a connection that is closed when its process is gone, however it ends, and keeps nothing alive. */
const tie = connect(Number(process.env['TIE_PORT']), '127.0.0.1');
tie.on('error', () => undefined);
tie.write(String(process.pid));
tie.unref();
