// Before this product's own scripts: `pictures` gets, for each picture, the milliseconds from its capture
// until its reading is here.
globalThis.pictures = [];
{
  let began = null;
  const here = () => {
    if (began !== null) pictures.push(performance.now() - began);
    began = null;
  };
  const measure = performance.measure.bind(performance);
  performance.measure = (name, options) => {
    if (name === 'read') here(); // the device has read, and shows it in this turn
    return measure(name, options);
  };
  const post = Worker.prototype.postMessage;
  Worker.prototype.postMessage = function (message, ...rest) {
    if (message?.picture) began = performance.now(); // to be encoded, or to be read
    return post.call(this, message, ...rest);
  };
  globalThis.WebSocket = class extends WebSocket {
    constructor(...given) {
      super(...given);
      this.addEventListener('message', ({ data }) => {
        if (String(data).includes('"target":"reading"')) here();
      });
    }
  };
}
