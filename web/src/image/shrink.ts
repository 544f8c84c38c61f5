/** A picture, small enough for the wire. */
export interface Shrunk {
  mediaType: "image/jpeg";
  content: Uint8Array;
  /** A small one, as a data address, to be shown and kept. */
  thumbnail: string;
}

/** Bytes that the service takes, with room for what is around them. */
const mostBytes = 1_000_000;

/** Makes a picture small: at most 1,600 pixels across, as JPEG. @throws where the browser cannot read it. */
export async function shrink(picture: Blob): Promise<Shrunk> {
  const bitmap = await createImageBitmap(picture);
  try {
    let content = await draw(bitmap, 1_600, 0.85);
    for (let quality = 0.7; content.size > mostBytes && quality > 0.2; quality -= 0.15) content = await draw(bitmap, 1_600, quality);
    const thumbnail = await draw(bitmap, 320, 0.7);
    return { mediaType: "image/jpeg", content: new Uint8Array(await content.arrayBuffer()), thumbnail: await toDataAddress(thumbnail) };
  } finally {
    bitmap.close();
  }
}

function draw(bitmap: ImageBitmap, longestSide: number, quality: number): Promise<Blob> {
  const scale = Math.min(1, longestSide / Math.max(bitmap.width, bitmap.height));
  const canvas = new OffscreenCanvas(Math.max(1, Math.round(bitmap.width * scale)), Math.max(1, Math.round(bitmap.height * scale)));
  const context = canvas.getContext("2d")!;
  // JPEG has no transparency; what is see-through is white, as on a page.
  context.fillStyle = "#ffffff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return canvas.convertToBlob({ type: "image/jpeg", quality });
}

function toDataAddress(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(reader.result as string));
    reader.addEventListener("error", () => reject(reader.error));
    reader.readAsDataURL(blob);
  });
}
