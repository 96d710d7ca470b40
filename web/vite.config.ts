import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import { compressedCopies } from './compressed-copies.ts';
import { laptopProxy } from './laptop-proxy.ts';

/** Where `npm start` serves everything else while `vite` serves the page as it is edited. */
const laptop = process.env['ORDERCAST_ORIGIN'] ?? 'http://localhost:8080';

export default defineConfig({
  plugins: [svelte(), compressedCopies(), laptopProxy(laptop)],
  // amazon-cognito-identity-js and the `buffer` package it brings speak of Node's `global`.
  define: { global: 'globalThis' },
  build: {
    target: 'es2022',
    // A strict Content-Security-Policy has no room for data: URLs or inline modules.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // A machine that has other work is only slow; `npm start` shows what the build warns of.
    rolldownOptions: { checks: { pluginTimings: false } },
  },
});
