/**
 * A picture without what cameras write into it (place, device, time), upright, with a copy for models and a small one.
 * Invariant: no picture of more than `maxPixels` is decoded, and what is kept was encoded here.
 */
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { damaged, ExtractionFault } from './extraction-fault.ts';
import { imageFiles } from './image-files.ts';

const maxPixels = 50_000_000;
/** Pixels of the longer side. Providers scale larger ones down themselves. */
const modelSide = 1_568;
const previewSide = 512;

const within = (image: Sharp, side: number): Sharp =>
  image.clone().resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true });

/** Types that browsers and models know; any other becomes PNG. */
const keptFormats = { jpeg: 'image/jpeg', png: 'image/png', webp: 'image/webp', gif: 'image/gif' } as const;
const isKept = (format: string): format is keyof typeof keptFormats => Object.hasOwn(keptFormats, format);

/** @returns the media type of what is kept */
export const readImage = async (path: string, directory: string): Promise<string> => {
  sharp.concurrency(1);
  sharp.cache(false);
  const options = { limitInputPixels: maxPixels, failOn: 'error', sequentialRead: true } as const;
  try {
    const { format, pages = 1 } = await sharp(path, options).metadata();
    const kept = isKept(format) ? format : 'png';
    const animated = pages > 1 && (kept === 'gif' || kept === 'webp');
    // `rotate` turns the picture as its metadata says, which are gone afterwards.
    const whole = animated ? sharp(path, { ...options, animated }) : sharp(path, options).rotate();
    await whole.toFormat(kept).toFile(join(directory, imageFiles.file));
    const still = sharp(path, options).rotate();
    await within(still, modelSide)
      .flatten({ background: '#ffffff' })
      .jpeg({ quality: 85 })
      .toFile(join(directory, imageFiles.model));
    await within(still, previewSide).webp({ quality: 75 }).toFile(join(directory, imageFiles.preview));
    return keptFormats[kept];
  } catch (fault) {
    if (fault instanceof Error && fault.message.includes('pixel limit')) {
      throw new ExtractionFault('TOO_LARGE', `The picture has more than ${maxPixels / 1_000_000} megapixels.`);
    }
    throw damaged(fault);
  }
};
