const LONGEST_SIDE = 1600;
const QUALITY = 0.8;

/** Return a photo as base64 JPEG, small enough for a weak network. */
export async function shrinkPhoto(file) {
    const bitmap = await createImageBitmap(file);
    const scale = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(bitmap.width * scale));
    canvas.height = Math.max(1, Math.round(bitmap.height * scale));
    canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    const url = canvas.toDataURL("image/jpeg", QUALITY);
    return { name: file.name.replace(/\.\w+$/, "") + ".jpg", datas: url.split(",")[1], url };
}
