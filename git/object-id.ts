/** The id itself; throws on anything that Git could take for an option or a name. */
export function requireObjectId(id: string): string {
  if (!/^[0-9a-f]{40}(?:[0-9a-f]{24})?$/.test(id)) throw new TypeError(`not an object id: ${JSON.stringify(id)}`);
  return id;
}
