// Where pictures come from. The rest of the explorer asks a source only this:
//   source.decode(model, zs: Float32Array[])
//     -> Promise<{width, height, channels, pixels: Uint8ClampedArray[]}>   one array a picture
// and a promise that is rejected with an Error whose message is a sentence.

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
    return new Promise((resolve, reject) => {
      this.waiting.push({ model, zs, resolve, reject });
      // A microtask later, the other panel's request is here too.
      if (!this.busy && this.waiting.length === 1) queueMicrotask(() => this.send());
    });
  }

  async send() {
    this.busy = true;
    while (this.waiting.length) {
      const jobs = this.waiting.splice(0, MAX_REQUESTS);
      try {
        const requests = jobs.map((job) => ({ model: job.model, z: base64Of(job.zs) }));
        const reply = await this.server.decode({ requests });
        if (reply.error) throw new Error(reply.error);
        jobs.forEach((job, i) => job.resolve(unpacked(reply.pictures[i])));
      } catch (error) {
        jobs.forEach((job) => job.reject(error));
      }
    }
    this.busy = false;
  }
}

// As many as the server takes in one call; 5 grids of 25 pictures are within its limit of points.
const MAX_REQUESTS = 5;

/** A function that runs `work` for its latest argument only: while one run is under way, later
 *  arguments replace one another, and the last one is run when it ends. */
function latestOnly(work) {
  let running = false;
  let next = null;
  return async function ask(argument) {
    next = { argument };
    if (running) return;
    running = true;
    try {
      while (next) {
        const { argument: current } = next;
        next = null;
        await work(current);
      }
    } finally {
      running = false;
    }
  };
}
