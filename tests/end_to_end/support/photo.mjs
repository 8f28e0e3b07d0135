// A photograph as a telephone makes one: real light, turned, and with its place written into it.

const PLACE = "GPS 45.0703 N 7.6869 E";

/** A JPEG of `width` by `height` that a browser made, lying on its side (EXIF's 6), with the place in its EXIF. */
export async function photograph(page, width = 400, height = 300) {
  const plain = await page.evaluate(async ([width, height]) => {
    const canvas = Object.assign(document.createElement("canvas"), { width, height }), context = canvas.getContext("2d");
    const light = context.createLinearGradient(0, 0, width, height);
    ["#b5472f", "#e8b54a", "#0f5c4a"].forEach((colour, at) => light.addColorStop(at / 2, colour));
    context.fillStyle = light;
    context.fillRect(0, 0, width, height);
    // Noise keeps it from being packed to nothing.
    for (let n = 0; n < width * height / 40; n++) {
      context.fillStyle = `hsl(${Math.random() * 360} 60% 50%)`;
      context.fillRect(Math.random() * width, Math.random() * height, 3, 3);
    }
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", .95));
    return [...new Uint8Array(await blob.arrayBuffer())];
  }, [width, height]);
  const exif = Buffer.concat([Buffer.from("Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0", "latin1"), Buffer.from(PLACE)]);
  const head = Buffer.from([0xff, 0xe1, (exif.length + 2) >> 8, (exif.length + 2) & 255]);
  return Buffer.concat([Buffer.from(plain.slice(0, 2)), head, exif, Buffer.from(plain.slice(2))]);
}

export const tellsPlace = (bytes) => bytes.includes("GPS");
