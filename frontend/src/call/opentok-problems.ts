import type { CallProblem } from './call.ts';

const PROBLEMS: Readonly<Record<string, CallProblem>> = {
  OT_AUTHENTICATION_ERROR: 'refused',
  OT_INVALID_SESSION_ID: 'refused',
  OT_PERMISSION_DENIED: 'refused',
  OT_TERMS_OF_SERVICE_FAILURE: 'refused',
  OT_CONNECTION_LIMIT_EXCEEDED: 'full',
  OT_STREAM_LIMIT_EXCEEDED: 'full',
  OT_NOT_SUPPORTED: 'unsupported',
  OT_UNSUPPORTED_BROWSER: 'unsupported',
  OT_REQUESTED_DEVICE_PERMISSION_DENIED: 'device-denied',
  OT_USER_MEDIA_ACCESS_DENIED: 'device-denied',
  OT_CONSTRAINTS_NOT_SATISFIED: 'device-missing',
  OT_NO_DEVICES_FOUND: 'device-missing',
  OT_CHROME_MICROPHONE_ACQUISITION_ERROR: 'device-busy',
  OT_HARDWARE_UNAVAILABLE: 'device-busy',
  OT_MEDIA_ENDED: 'device-busy',
  OT_UNABLE_TO_CAPTURE_MEDIA: 'device-busy',
  OT_INVALID_PARAMETER: 'failed',
  OT_STREAM_CREATE_FAILED: 'failed',
};

/** The meaning of an error of OpenTok or of a token request; `unreachable` if it is unknown. */
export function problemIn(error: unknown): CallProblem {
  return (
    (error instanceof Object && PROBLEMS[(error as Partial<Error>).name ?? '']) || 'unreachable'
  );
}
