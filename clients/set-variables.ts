/**
 * The variables of an environment that are set to something. Manifests and shells write an empty one for what they leave out, and as a
 * number that would count as 0.
 */
export function setVariables(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
}
