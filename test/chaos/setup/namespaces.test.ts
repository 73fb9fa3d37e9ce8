import { expect, test } from "vitest";
import { checkLabNetwork, checkUserNamespace } from "../../../chaos/setup/namespaces.ts";
import { fakePrograms, filesOf } from "./fake-programs.ts";

const REFUSING = { unshare: 'echo "unshare: unshare failed: Operation not permitted" >&2; exit 1' };
const UID_MAP = { "/proc/self/uid_map": "0 0 4294967295" };

/** What keeps a user from a user namespace, and the words of its cure. */
const CAUSES = [
  {
    cause: "user.max_user_namespaces is 0",
    files: { ...UID_MAP, "/proc/sys/user/max_user_namespaces": "0\n" },
    uid: 0,
    tells: "user.max_user_namespaces is 0",
    next: "user.max_user_namespaces = 15000",
  },
  {
    cause: "kernel.unprivileged_userns_clone is 0",
    files: { ...UID_MAP, "/proc/sys/kernel/unprivileged_userns_clone": "0\n" },
    uid: 1000,
    tells: "only root may create",
    next: "kernel.unprivileged_userns_clone = 1",
  },
  {
    cause: "AppArmor restricts them",
    files: { ...UID_MAP, "/proc/sys/kernel/apparmor_restrict_unprivileged_userns": "1\n" },
    uid: 1000,
    tells: "Ubuntu 24.04",
    next: "kernel.apparmor_restrict_unprivileged_userns = 0",
  },
  {
    cause: "a container's profile forbids them",
    files: { ...UID_MAP, "/.dockerenv": "" },
    uid: 0,
    tells: "this is a container",
    next: "seccomp=unconfined",
  },
  {
    cause: "the kernel was built without them",
    files: {},
    uid: 0,
    tells: "CONFIG_USER_NS",
    next: "Use a kernel that has them",
  },
  {
    cause: "something unknown forbids them",
    files: UID_MAP,
    uid: 1000,
    tells: "Operation not permitted",
    next: "by hand",
  },
] as const;

test.each(CAUSES)("when $cause, it is named with its cure", async ({ files, uid, tells, next }) => {
  await using fake = await fakePrograms(REFUSING, { uid, read: filesOf(files) });
  expect(await checkUserNamespace(fake.machine)).toMatchObject({
    state: "broken",
    problem: expect.stringContaining(tells),
    next: expect.stringContaining(next),
  });
});

test("root is not told of settings that bind ordinary users only", async () => {
  const files = { ...UID_MAP, "/proc/sys/kernel/unprivileged_userns_clone": "0\n" };
  await using fake = await fakePrograms(REFUSING, { uid: 0, read: filesOf(files) });
  expect(await checkUserNamespace(fake.machine)).not.toMatchObject({
    problem: expect.stringContaining("unprivileged_userns_clone"),
  });
});

test("without unshare the package is named", async () => {
  await using fake = await fakePrograms({});
  expect(await checkUserNamespace(fake.machine)).toMatchObject({
    problem: "unshare not found on PATH",
    next: "Install util-linux.",
  });
});

test("a kernel without bridges is told with the command that failed and its driver", async () => {
  await using fake = await fakePrograms({
    unshare: 'while [ "$1" != sh ]; do shift; done; exec /bin/"$@"',
    ip: 'echo "RTNETLINK answers: Operation not supported" >&2; exit 2',
  });
  expect(await checkLabNetwork(fake.machine)).toMatchObject({
    state: "broken",
    problem:
      "inside a user namespace `ip link add name lab0 type bridge` failed: RTNETLINK answers: Operation not supported",
    next: expect.stringContaining("modprobe -a bridge veth"),
  });
});
