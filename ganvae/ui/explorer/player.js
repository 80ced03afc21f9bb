// Plays numbered frames: which one to show when. It knows nothing of pictures.

export class Player {
  /** @param {(frame: number) => void} onFrame
   *  @param {(playing: boolean) => void} onPlaying */
  constructor(onFrame, onPlaying) {
    this.onFrame = onFrame;
    this.onPlaying = onPlaying;
    this.count = 1;
    this.fps = 10;
    this.repeat = true;
    this.circle = false;
    this.playing = false;
    this.frame = 0;
    this.direction = 1;
  }

  /** Other frames: the place stays where it can. @param {number} count @param {boolean} circle */
  load(count, circle) {
    this.count = count;
    this.circle = circle;
    this.seek(Math.min(this.frame, count - 1));
  }

  /** @param {number} frame */
  seek(frame) {
    this.frame = frame;
    this.due = null;
    this.onFrame(frame);
  }

  play() {
    if (this.playing) return;
    this.playing = true;
    this.direction = 1;
    if (!this.repeat && this.frame === this.count - 1) this.seek(0);
    this.due = null;
    this.onPlaying(true);
    window.requestAnimationFrame((time) => this.tick(time));
  }

  pause() {
    if (!this.playing) return;
    this.playing = false;
    this.onPlaying(false);
  }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }

  /** @param {number} time */
  tick(time) {
    if (!this.playing) return;
    const pause = 1000 / this.fps;
    this.due ??= time + pause;
    // After a page was hidden for long there is nothing to catch up with.
    if (time - this.due > 1000) this.due = time;
    let frame = this.frame;
    while (this.playing && time >= this.due) {
      frame = this.after(frame);
      this.due += pause;
    }
    if (frame !== this.frame) {
      this.frame = frame;
      this.onFrame(frame);
    }
    if (this.playing) window.requestAnimationFrame((next) => this.tick(next));
  }

  /**
   * The frame after another: on round a circle, to and fro on a path, or to its end and no more.
   *
   * @param {number} frame
   */
  after(frame) {
    const last = this.count - 1;
    if (last < 1) return 0;
    if (this.circle) {
      if (frame === last && !this.repeat) this.pause();
      else return frame === last ? 0 : frame + 1;
      return frame;
    }
    if (frame >= last && this.direction > 0) {
      if (!this.repeat) {
        this.pause();
        return last;
      }
      this.direction = -1;
    } else if (frame <= 0) this.direction = 1;
    return frame + this.direction;
  }
}
