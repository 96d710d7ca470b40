import config from '../eslint.config.js';

const [, ...rules] = config;

/** The repository's own rules, without the line that leaves this folder out. */
export default [{ ignores: ['**/cdk.out*/**'] }, ...rules];
