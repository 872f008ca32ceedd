/**
 * Line icons, drawn here: 20 units square, in the colour of the text around them. They say nothing to a screen reader.
 */
const paths = {
  plus: 'M10 4v12M4 10h12',
  attach: 'M14.5 9.5 9.6 14.4a3 3 0 0 1-4.3-4.3l5.6-5.5a2 2 0 0 1 2.8 2.8l-5.3 5.3a1 1 0 0 1-1.4-1.4L11.5 7',
  search: 'M9 15A6 6 0 1 0 9 3a6 6 0 0 0 0 12ZM13.5 13.5 17 17',
  more: 'M5 10h.01M10 10h.01M15 10h.01',
  menu: 'M3 6h14M3 10h14M3 14h9',
  close: 'M5 5l10 10M15 5 5 15',
  send: 'M10 16V4M5 9l5-5 5 5',
  stop: 'M6 6h8v8H6z',
  copy: 'M7 7V4h9v9h-3M4 7h9v9H4z',
  edit: 'M4 16l.7-3.3L13 4.4l2.6 2.6-8.3 8.3L4 16ZM11.5 6l2.6 2.6',
  again: 'M16 10a6 6 0 1 1-1.8-4.3M16 3v3.5h-3.5',
  left: 'M12 5l-5 5 5 5',
  right: 'M8 5l5 5-5 5',
  down: 'M10 4v12M5 11l5 5 5-5',
  chevron: 'M6 8l4 4 4-4',
  pin: 'M7 3h6l-1 5 3 3v1H5v-1l3-3-1-5ZM10 12v5',
  archive: 'M3 4h14v3H3zM4.5 7v9h11V7M8 10h4',
  collection: 'M4 5.5h4l1.5 2H16v8.5H4zM6 3h4.5L12 5h4',
  file: 'M5 3h6.5L15 6.5V17H5zM11.5 3v3.5H15M7.5 10.5h5M7.5 13.5h5',
  picture: 'M3.5 4.5h13v11h-13zM3.5 13l3.5-3.5 3 3 2.5-2.5 4 4M12.5 7.5h.01',
  trash: 'M4 6h12M8 6V4h4v2M5.5 6l.7 10h7.6l.7-10',
  check: 'M4 10.5l4 4 8-9',
  tool: 'M12.5 3.5a4 4 0 0 0-4 5.5L3.5 14l2.5 2.5 5-5a4 4 0 0 0 5.3-5L13.5 9l-2.3-.2L11 6.5l2.5-2.6-1-.4Z',
  flag: 'M5 17V3.5h9.5L12.5 7l2 3.5H5',
  info: 'M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM10 9.2V14M10 6.5v.01',
  settings:
    'M3 6.5h5.5M13 6.5h4M3 13.5h3.5M11 13.5h6M10.75 4.25a2.25 2.25 0 1 0 .01 0ZM8.75 11.25a2.25 2.25 0 1 0 .01 0Z',
  out: 'M8 4H4v12h4M12 6.5 15.5 10 12 13.5M15 10H8',
  key: 'M8.5 11.5a3.5 3.5 0 1 1 2.6-1.2L17 16v1h-2.5v-2h-2v-2l-2.4-2.2',
} as const;

export type IconName = keyof typeof paths;

export interface IconProps {
  readonly name: IconName;
  readonly size?: number;
}

export const Icon = ({ name, size = 18 }: IconProps) => (
  <svg
    width={size}
    height={size}
    viewBox="0 0 20 20"
    fill="none"
    stroke="currentColor"
    strokeWidth={name === 'more' ? 2.4 : 1.5}
    strokeLinecap="round"
    strokeLinejoin="round"
    aria-hidden="true"
    focusable="false"
  >
    <path d={paths[name]} />
  </svg>
);
