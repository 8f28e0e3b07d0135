// A picture as it leaves the device: turned the right way up, no larger than it need be, and without what the camera wrote into
// it besides the picture: place, time, device.

const SIDE = 2048, SMALL = 600_000, QUALITY = .85;

/** An image's type by its first bytes; what a file calls itself is not asked. */
const kindOf = (bytes) => {
  const text = (from, to) => String.fromCharCode(...bytes.subarray(from, to));
  if (text(1, 4) === "PNG") return "image/png";
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return "image/jpeg";
  if (text(0, 4) === "GIF8") return "image/gif";
  if (text(0, 4) === "RIFF" && text(8, 12) === "WEBP") return "image/webp";
  if (text(4, 8) === "ftyp" && /avif|avis|heic|heix|mif1|msf1/.test(text(8, 12))) return "image/heif";
  if (text(0, 2) === "BM") return "image/bmp";
  return null;
};

const canvasOf = (width, height) => (window.OffscreenCanvas ? new OffscreenCanvas(width, height) : Object.assign(document.createElement("canvas"), { width, height }));

const blobOf = (canvas, type) => (canvas.convertToBlob
  ? canvas.convertToBlob({ type, quality: QUALITY })
  : new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), type, QUALITY)));

const isClear = (context, width, height) => {
  const { data } = context.getImageData(0, 0, width, height);
  for (let at = 3; at < data.length; at += 4) if (data[at] < 255) return true;
  return false;
};

const ENDING = { "image/png": ".png", "image/jpeg": ".jpg" };

/** `name` with the ending of what it has become. */
const renamed = (name, type) => {
  const stem = name.replace(/\.(png|jpe?g|jfif|webp|avif|hei[cf]|bmp)$/i, "");
  return stem + (/\.jpe?g$/i.test(name) && type === "image/jpeg" ? name.slice(stem.length) : ENDING[type]);
};

/**
 * What is sent instead of `file`: `{ blob, name }`. Files that are no pictures go as they are, and so do GIFs, which move and have
 * no place in them; the server takes their comments out. Throws where a picture cannot be read.
 */
export const prepare = async (file) => {
  const kind = kindOf(new Uint8Array(await file.slice(0, 16).arrayBuffer()));
  if (!kind || kind === "image/gif") return { blob: file, name: file.name };
  const image = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, SIDE / Math.max(image.width, image.height));
  const width = Math.max(1, Math.round(image.width * scale)), height = Math.max(1, Math.round(image.height * scale));
  const canvas = canvasOf(width, height), context = canvas.getContext("2d", { willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  context.drawImage(image, 0, 0, width, height);
  image.close();
  const clear = kind !== "image/jpeg" && isClear(context, width, height);
  let blob;
  if (kind === "image/png" || clear) {
    blob = await blobOf(canvas, "image/png");
    if (!clear && blob.size > SMALL) blob = undefined;
  }
  blob ??= await blobOf(canvas, "image/jpeg");
  return { blob, name: renamed(file.name, blob.type) };
};
