/** Whose thresholds: those of what people write, or those of replies. */
export type ThresholdStage = 'INPUT' | 'OUTPUT';
