import type { Machine } from "./machine.ts";
import type { Packages } from "./requirement.ts";

/** Families of distributions whose packages we can name. */
export type Family = keyof Packages;

const INSTALL: Readonly<Record<Family, string>> = {
  debian: "apt-get install --no-install-recommends",
  fedora: "dnf install",
  arch: "pacman -S --needed",
  alpine: "apk add",
};

/** Family of this machine, from os-release(5); null when it is none we know. */
export function familyOf(machine: Machine): Family | null {
  const text = machine.read("/etc/os-release") ?? machine.read("/usr/lib/os-release") ?? "";
  const field = (name: string): string =>
    new RegExp(`^${name}=["']?([^"'\n]*)`, "m").exec(text)?.[1] ?? "";
  const ids = `${field("ID")} ${field("ID_LIKE")}`.split(" ");
  if (ids.includes("debian") || ids.includes("ubuntu")) return "debian";
  if (ids.includes("fedora") || ids.includes("rhel")) return "fedora";
  if (ids.includes("arch")) return "arch";
  if (ids.includes("alpine")) return "alpine";
  return null;
}

/** The command that installs packages by hand, with `sudo` for those who need it. */
export function installCommand(family: Family, packages: readonly string[], uid: number): string {
  return `${uid === 0 ? "" : "sudo "}${INSTALL[family]} ${packages.join(" ")}`;
}
