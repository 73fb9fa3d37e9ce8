import type { Machine } from "./machine.ts";
import { lastLine } from "./program.ts";
import type { Finding } from "./requirement.ts";

/** How every lab is entered (unshare(1)): all namespaces new, this user as root inside. */
export const UNSHARE_ARGV = [
  "unshare",
  "--user",
  "--map-root-user",
  "--net",
  "--mount",
  "--pid",
  "--fork",
  "--kill-child",
  "--mount-proc",
] as const;

/** Tries, as the user who asks, to get a user namespace with all that a lab puts into it. */
export async function checkUserNamespace(machine: Machine): Promise<Finding> {
  const { code, output } = await machine.run([...UNSHARE_ARGV, "true"]);
  if (code === 0) return { state: "ready", version: null, path: null };
  const { problem, next } = whyRefused(machine, output);
  return { state: "broken", version: null, path: null, problem, next };
}

/** In a lab of its own: a bridge, and a nested network namespace on a veth into it. */
const SMALL_LAB = [
  "ip link add name lab0 type bridge",
  "ip link set lab0 up",
  "mount -t tmpfs none /run",
  "mkdir /run/netns",
  "ip netns add node",
  "ip link add v0 type veth peer name eth0 netns node",
  "ip link set v0 master lab0 up",
  "ip -n node address add 198.18.255.1/30 dev eth0",
  "ip -n node link set eth0 up",
] as const;

/** Builds the smallest lab there is and lets it go. */
export async function checkLabNetwork(machine: Machine): Promise<Finding> {
  // `set -e` ends it at the first command that fails; the trace tells which one that was.
  const script = SMALL_LAB.map((step) => `step=${quote(step)}; ${step}`).join("\n");
  const trap = `trap 'test $? = 0 || echo "at: $step"' EXIT`;
  const { code, output } = await machine.run([
    ...UNSHARE_ARGV,
    "sh",
    "-c",
    `set -e\n${trap}\n${script}`,
  ]);
  if (code === 0) return { state: "ready", version: null, path: null };
  const step = /^at: (.*)$/m.exec(output)?.[1];
  const said = lastLine(output.replace(/^at: .*$/m, ""));
  return {
    state: "broken",
    version: null,
    path: null,
    problem:
      step === undefined
        ? `a network cannot be built inside a user namespace: ${said}`
        : `inside a user namespace \`${step}\` failed: ${said}`,
    next: step?.includes("type")
      ? "Load the kernel's drivers: `sudo modprobe -a bridge veth`."
      : "First make the user namespace work; then run `npx evenkeel doctor` again.",
  };
}

interface Refusal {
  readonly problem: string;
  readonly next: string;
}

/** Why the kernel gives this user no user namespace, from the settings that decide it. */
function whyRefused(machine: Machine, output: string): Refusal {
  const setting = (name: string): string | undefined =>
    machine.read(`/proc/sys/${name.replaceAll(".", "/")}`)?.trim();

  if (machine.find("unshare") === null) {
    return { problem: "unshare not found on PATH", next: "Install util-linux." };
  }
  if (machine.read("/proc/self/uid_map") === null) {
    return {
      problem: "this kernel was built without user namespaces (CONFIG_USER_NS)",
      next: "Use a kernel that has them, such as the distribution's own.",
    };
  }
  if (setting("user.max_user_namespaces") === "0") {
    return {
      problem: "user.max_user_namespaces is 0: nobody may create a user namespace",
      next: cure("user.max_user_namespaces", "15000"),
    };
  }
  if (machine.uid !== 0 && setting("kernel.unprivileged_userns_clone") === "0") {
    return {
      problem: "kernel.unprivileged_userns_clone is 0: only root may create a user namespace",
      next: cure("kernel.unprivileged_userns_clone", "1"),
    };
  }
  if (machine.uid !== 0 && setting("kernel.apparmor_restrict_unprivileged_userns") === "1") {
    return {
      problem:
        "AppArmor takes every right from a user namespace that an ordinary user creates (kernel.apparmor_restrict_unprivileged_userns is 1, as on Ubuntu 24.04)",
      next: cure("kernel.apparmor_restrict_unprivileged_userns", "0"),
    };
  }
  const inContainer =
    machine.read("/.dockerenv") !== null || machine.read("/run/.containerenv") !== null;
  if (inContainer) {
    return {
      problem: `this is a container, and its profile forbids it: ${lastLine(output)}`,
      next: "Start the container with `--security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined`, or with `--privileged`.",
    };
  }
  return {
    problem: `the kernel refused it: ${lastLine(output)}`,
    next: `Try \`${UNSHARE_ARGV.join(" ")} true\` by hand; a security module (SELinux, a seccomp profile) forbids it.`,
  };
}

/** A setting of the kernel, changed now and for every boot to come. */
function cure(name: string, value: string): string {
  return `Run \`echo '${name} = ${value}' | sudo tee -a /etc/sysctl.d/60-evenkeel.conf && sudo sysctl --system\`.`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
