// Jest runs CommonJS; a few packages ship ES modules only.
const { transpileModule } = require('typescript');

module.exports = {
  process: (source, fileName) => ({
    code: transpileModule(source, {
      fileName,
      compilerOptions: { target: 'es2023', module: 'commonjs', esModuleInterop: true },
    }).outputText,
  }),
};
