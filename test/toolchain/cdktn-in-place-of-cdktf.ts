import { registerHooks } from "node:module";

/**
 * Loaded with `node --import`: whoever imports or requires cdktf, the Docker provider's bindings too,
 * gets CDK Terrain, the fork of it that is maintained.
 *
 * @see https://github.com/open-constructs/cdk-terrain
 */
registerHooks({
  resolve: (specifier, context, next) =>
    next(specifier.replace(/^cdktf(?=$|\/)/, "cdktn"), context),
});
