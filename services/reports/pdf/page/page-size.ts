/** ISO 216 A4, upright, in points. */
export const PAGE = { width: 595.28, height: 841.89 };
export const MARGIN = { left: 48, right: 48, top: 46, bottom: 62 };
export const CONTENT_WIDTH = PAGE.width - MARGIN.left - MARGIN.right;
export const CONTENT_HEIGHT = PAGE.height - MARGIN.top - MARGIN.bottom;
