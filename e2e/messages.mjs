// What scripts in Node need to drive a worker by a page's messages.

/** What a worker says, by its first byte. */
export const [OPENED, REFUSED, REPLY, BUSY, PANICKED] = [1, 2, 4, 7, 8];

/** Parts with their lengths before them, as `opsfest` writes them. */
export const parts = (bytes) => {
  const found = [];
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt32LE(at);
    found.push(bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return found;
};

/** Node's global object stands in for a worker's. */
export const standIn = () => {
  globalThis.DedicatedWorkerGlobalScope = class {
    static [Symbol.hasInstance](value) {
      return value === globalThis;
    }
  };
};
