import type { ComponentChildren } from 'preact';

/** The page's icons: 24 px line drawings in the text's colour, hidden from screen readers. */
function Icon({ children }: { children: ComponentChildren }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      {children}
    </svg>
  );
}

export function MicrophoneIcon({ off = false }: { off?: boolean }) {
  return (
    <Icon>
      <rect x="9" y="3" width="6" height="11" rx="3" />
      <path d="M5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3" />
      {off && <path class="slash" d="M4 4l16 16" />}
    </Icon>
  );
}

export function CameraIcon({ off = false }: { off?: boolean }) {
  return (
    <Icon>
      <rect x="3" y="6.5" width="12.5" height="11" rx="2.5" />
      <path d="M15.5 10.8 21 7.8v8.4l-5.5-3" />
      {off && <path class="slash" d="M4 4l16 16" />}
    </Icon>
  );
}

export function TimelineIcon() {
  return (
    <Icon>
      <path d="M3 20h18M4 15l4.5-5 4 3.5L20 6" />
    </Icon>
  );
}

export function OwnReadingsIcon() {
  return (
    <Icon>
      <path d="M12 4v10M8 10.5l4 4 4-4M4.5 19.5h15" />
    </Icon>
  );
}

export function LinkIcon() {
  return (
    <Icon>
      <path d="M10 14a4 4 0 0 0 5.7 0l3.1-3.1a4 4 0 0 0-5.7-5.7L11.8 6.5" />
      <path d="M14 10a4 4 0 0 0-5.7 0l-3.1 3.1a4 4 0 0 0 5.7 5.7l1.3-1.3" />
    </Icon>
  );
}

export function LeaveIcon() {
  return (
    <Icon>
      <path d="M14 4H6.5A1.5 1.5 0 0 0 5 5.5v13A1.5 1.5 0 0 0 6.5 20H14M10.5 12H20M16.5 8.5 20 12l-3.5 3.5" />
    </Icon>
  );
}

export function UnfoldIcon() {
  return (
    <Icon>
      <path d="M6 14.5 12 8.5 18 14.5" />
    </Icon>
  );
}

export function ReadIcon() {
  return (
    <Icon>
      <path d="M4 8V5.5A1.5 1.5 0 0 1 5.5 4H8M16 4h2.5A1.5 1.5 0 0 1 20 5.5V8M20 16v2.5a1.5 1.5 0 0 1-1.5 1.5H16M8 20H5.5A1.5 1.5 0 0 1 4 18.5V16" />
      <path d="M9 10v.5M15 10v.5M8.8 14.5a4.5 4.5 0 0 0 6.4 0" />
    </Icon>
  );
}

export function LanguageIcon() {
  return (
    <Icon>
      <circle cx="12" cy="12" r="8.5" />
      <path d="M3.5 12h17M12 3.5c5 5 5 12 0 17M12 3.5c-5 5-5 12 0 17" />
    </Icon>
  );
}

export function CloseIcon() {
  return (
    <Icon>
      <path d="M6 6l12 12M18 6 6 18" />
    </Icon>
  );
}

export function PeopleIcon() {
  return (
    <Icon>
      <circle cx="9" cy="8.5" r="3.2" />
      <path d="M3 19c0-3.2 2.6-5 6-5s6 1.8 6 5M16 5.6a3.2 3.2 0 0 1 0 5.8M17.5 14.4c2.1.6 3.5 2.2 3.5 4.6" />
    </Icon>
  );
}

export function FacesIcon() {
  return (
    <Icon>
      <circle cx="12" cy="12" r="8.5" />
      <path d="M9 9.5v.8M15 9.5v.8M8.3 14a4.6 4.6 0 0 0 7.4 0" />
    </Icon>
  );
}

export function MoreIcon() {
  return (
    <Icon>
      <path d="M12 5.5v.01M12 12v.01M12 18.5v.01" stroke-width="3" />
    </Icon>
  );
}

export function EyeIcon({ off = false }: { off?: boolean }) {
  return (
    <Icon>
      <path d="M2.5 12C5 7.8 8.3 5.8 12 5.8s7 2 9.5 6.2c-2.5 4.2-5.8 6.2-9.5 6.2S5 16.2 2.5 12Z" />
      <circle cx="12" cy="12" r="2.8" />
      {off && <path class="slash" d="M4 4l16 16" />}
    </Icon>
  );
}

export function PencilIcon() {
  return (
    <Icon>
      <path d="M4 20l1-4.5L16.2 4.3a1.7 1.7 0 0 1 2.4 0l1.1 1.1a1.7 1.7 0 0 1 0 2.4L8.5 19 4 20ZM14.5 6l3.5 3.5" />
    </Icon>
  );
}

export function ScreenIcon() {
  return (
    <Icon>
      <rect x="3" y="4.5" width="18" height="12" rx="2" />
      <path d="M9 20h6M12 13.5V8M9.5 10 12 7.5l2.5 2.5" />
    </Icon>
  );
}

export function PinIcon() {
  return (
    <Icon>
      <path d="M9 4h6l-.7 6.2 3.2 3.3H6.5l3.2-3.3zM12 13.5V20" />
    </Icon>
  );
}

/** Two bars for a connection that is fair, one for a poor one. */
export function QualityIcon({ poor }: { poor: boolean }) {
  return (
    <Icon>
      <path d={poor ? 'M6 19v-3' : 'M6 19v-3M12 19v-8'} stroke-width="3.5" />
      <path d={poor ? 'M12 19v-8M18 19V6' : 'M18 19V6'} stroke-width="3.5" opacity="0.35" />
    </Icon>
  );
}

export function SettingsIcon() {
  return (
    <Icon>
      <circle cx="12" cy="12" r="3" />
      <path d="M12 3v3M12 18v3M3 12h3M18 12h3M5.6 5.6l2.2 2.2M16.2 16.2l2.2 2.2M5.6 18.4l2.2-2.2M16.2 7.8l2.2-2.2" />
    </Icon>
  );
}

export function KeyboardIcon() {
  return (
    <Icon>
      <rect x="2.5" y="6" width="19" height="12" rx="2" />
      <path d="M6 10h.01M10 10h.01M14 10h.01M18 10h.01M8 14h8" />
    </Icon>
  );
}

export function FullScreenIcon() {
  return (
    <Icon>
      <path d="M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5" />
    </Icon>
  );
}

export function FlipIcon() {
  return (
    <Icon>
      <path d="M4 10a8.3 8.3 0 0 1 15-2.5M20 4v4h-4M20 14a8.3 8.3 0 0 1-15 2.5M4 20v-4h4" />
    </Icon>
  );
}

export function SmallWindowIcon() {
  return (
    <Icon>
      <path d="M20.5 11V6.5A1.5 1.5 0 0 0 19 5H5a1.5 1.5 0 0 0-1.5 1.5v11A1.5 1.5 0 0 0 5 19h5" />
      <rect x="13" y="14" width="8" height="6" rx="1" />
    </Icon>
  );
}
