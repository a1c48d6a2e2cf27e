/** Lets what has a way of its own to be closed be closed when a scope ends, however it ends. */

export interface Closing<Value> extends AsyncDisposable {
  readonly value: Value;
}

export function closing<Value>(value: Value, close: (value: Value) => Promise<void> | void): Closing<Value> {
  return { value, [Symbol.asyncDispose]: async () => close(value) };
}
