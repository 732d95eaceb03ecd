// A browser starts no worker for a page that is opened from a folder, and the search of this site runs in one.
// There it runs in a hidden frame instead; the theme looks for the name IFrameWorker to find its own files.
if (location.protocol === 'file:') {
  window.Worker = window.IFrameWorker = class extends EventTarget {
    constructor(url) {
      super();
      const frame = document.createElement('iframe');
      frame.hidden = true;
      document.body.append(frame);
      const inside = frame.contentWindow;
      const load = source => new Promise((done, failed) => {
        const script = inside.document.createElement('script');
        Object.assign(script, {src: source, onload: done, onerror: failed});
        inside.document.head.append(script);
      });
      inside.postMessage = data => this.dispatchEvent(new MessageEvent('message', {data}));
      inside.importScripts = (...urls) => urls.reduce((before, one) => before.then(() => load(one)), Promise.resolve());
      this.inside = load(url).then(() => inside);
    }

    postMessage(data) {
      this.inside.then(inside => inside.dispatchEvent(new MessageEvent('message', {data})));
    }
  };
}
