import type { TextStyle } from '../text/typesetter.ts';

/** Every pair that stands on each other has a contrast of 4.5 or more (WCAG 2.2, 1.4.3). */
export const COLORS = {
  paper: '#ffffff',
  ink: '#1b1f24',
  muted: '#59636e',
  rule: '#d3d9df',
  band: '#f4f6f8',
  accent: '#1c6b33',
  /** Of a bar's parts; neighbours differ in lightness, so that they are told apart in grey too. */
  parts: ['#1c6b33', '#8cc49f', '#b26a00', '#f0c36d', '#33518a', '#9fb4dc', '#8a2f4f', '#e0a3b8'],
} as const;

export const STYLES = {
  title: { size: 20, weight: 600 },
  subtitle: { size: 10, weight: 400 },
  heading: { size: 11.5, weight: 600 },
  total: { size: 9, weight: 600 },
  text: { size: 8.5, weight: 400 },
  strong: { size: 8.5, weight: 600 },
  small: { size: 7.5, weight: 400 },
  smallStrong: { size: 7.5, weight: 600 },
  figure: { size: 17, weight: 600 },
} as const satisfies Record<string, TextStyle>;
