import { readFileSync } from "node:fs";

/** What is read of Terraform's state; there is more in it. */
interface State {
  readonly resources?: readonly {
    readonly instances?: readonly { readonly attributes?: { readonly id?: unknown } }[];
  }[];
}

/**
 * Ids of everything that Terraform has written down as made by it. A deployment that was interrupted
 * may have made more.
 *
 * @returns an empty set when there is no state that can be read
 */
export function idsInState(path: string): ReadonlySet<string> {
  let state: State;
  try {
    state = JSON.parse(readFileSync(path, "utf8")) as State;
  } catch {
    return new Set();
  }
  const ids = (state.resources ?? []).flatMap(({ instances = [] }) =>
    instances.map(({ attributes }) => attributes?.id),
  );
  return new Set(ids.filter((id) => typeof id === "string"));
}
