/** What Dockerfiles and compose files have in common: names of images, and of variables that hold secrets. */

/** Variables whose name says that their value is a secret. */
export const SECRET_NAME = /(^|_)(PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|PRIVATE_?KEY|ACCESS_?KEY|SECRET_?KEY|CREDENTIALS)$/i;

/** Values of such variables that are none: they turn something on, or are empty. */
export const SWITCH = /^(|true|false|yes|no|null|none|build|\d{1,6})$/i;

/** Whether an image is whatever is newest: without a tag or digest, or `latest`. Variables are not known, and count as a version. */
export function isUnpinned(image: string): boolean {
  if (image === '' || image === 'scratch' || image.includes('@') || image.includes('$')) return false;
  const tag = /:([^/:]+)$/.exec(image)?.[1];
  return tag === undefined || tag === 'latest';
}
