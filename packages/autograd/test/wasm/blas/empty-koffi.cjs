// A stand-in for koffi on a machine that has no library at all.
module.exports = {
  load(path) {
    throw new Error(`${path}: not found`);
  },
};
