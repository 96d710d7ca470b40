import { config } from 'zod';

/**
 * Every schema asks, as it is made, whether code may be made from text, and the page's
 * Content-Security-Policy reports the question as an attack. So this comes before any schema.
 */
config({ jitless: true });
