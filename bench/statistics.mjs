/** The middle of some numbers; of an even count the upper one. @param {number[]} values */
export const medianOf = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
