import { svg, type SVGTemplateResult } from "lit";

/** 24 × 24, drawn with the current colour. */
function icon(content: SVGTemplateResult): SVGTemplateResult {
  return svg`<svg viewBox="0 0 24 24" width="22" height="22" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">${content}</svg>`;
}

export const microphoneIcon = icon(svg`<rect x="9" y="3" width="6" height="11" rx="3"/><path d="M5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3"/>`);
export const mutedIcon = icon(svg`<path d="M9 9.5V11a3 3 0 0 0 4.6 2.5M15 10V6a3 3 0 0 0-5.7-1.3M5.5 11.5a6.5 6.5 0 0 0 10 5.5M18.5 11.5a6.4 6.4 0 0 1-.6 2.7M12 18v3M4 4l16 16"/>`);
export const sendIcon = icon(svg`<path d="M12 19V5M6 11l6-6 6 6"/>`);
export const stopIcon = icon(svg`<rect x="7" y="7" width="10" height="10" rx="2.5" fill="currentColor"/>`);
export const hangUpIcon = icon(svg`<path d="M6 6l12 12M18 6L6 18"/>`);
export const pictureIcon = icon(svg`<rect x="3.5" y="6" width="17" height="13" rx="3"/><path d="M8.5 6l1.4-2.2h4.2L15.5 6"/><circle cx="12" cy="12.6" r="3.2"/>`);
export const clockIcon = icon(svg`<circle cx="12" cy="12" r="8"/><path d="M12 8v4.2l2.6 1.6"/>`);
