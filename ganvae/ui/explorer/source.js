// Where pictures come from. The rest of the explorer asks a source only this:
//   source.decode(model, zs: Float32Array[])
//     -> Promise<{width, height, channels, pixels: Uint8ClampedArray[]} | null>
// with one array of pixels a picture; null after an error that the visitor was told of.

/** Pixels of one batch as the server sends it. */
function unpacked(batch) {
  const bytes = bytesOf(batch.pixels);
  const size = batch.width * batch.height * batch.channels;
  const pixels = [];
  for (let i = 0; i < batch.count; i++) {
    pixels.push(new Uint8ClampedArray(bytes.buffer, i * size, size));
  }
  return { width: batch.width, height: batch.height, channels: batch.channels, pixels };
}

/** Decodes on the server. All that is asked for in one go travels in one call, and there is never
 *  more than one call in flight. */
class ServerSource {
  constructor(server) {
    this.server = server;
    this.waiting = [];
    this.busy = false;
  }

  decode(model, zs) {
    return new Promise((resolve) => {
      this.waiting.push({ model, zs, resolve });
      // A microtask later, the other panel's request is here too.
      if (!this.busy && this.waiting.length === 1) queueMicrotask(() => this.send());
    });
  }

  async send() {
    this.busy = true;
    while (this.waiting.length) {
      const jobs = this.waiting.splice(0, MAX_REQUESTS);
      const requests = jobs.map((job) => ({ model: job.model, z: base64Of(job.zs) }));
      const reply = await ganvae.ask(this.server.decode({ requests }));
      jobs.forEach((job, i) => job.resolve(reply && unpacked(reply.pictures[i])));
    }
    this.busy = false;
  }
}

// As many as the server takes in one call: five 5x5 grids are within its limit of points.
const MAX_REQUESTS = 5;
