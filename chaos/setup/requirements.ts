import { checkDockerEngine } from "./engine/check-engine.ts";
import { bringEngine } from "./engine/start-engine.ts";
import { buildImages } from "./images/build-images.ts";
import { checkImages } from "./images/check-images.ts";
import { checkLabNetwork, checkUserNamespace } from "./namespaces.ts";
import { checkPacketFilter } from "./packet-filter.ts";
import { packagedProgram, withFurtherCheck } from "./packaged-program.ts";
import { checkLinux, checkNode } from "./platform.ts";
import { bringProvider } from "./provider/bring-provider.ts";
import { checkProvider } from "./provider/check-provider.ts";
import type { Requirement } from "./requirement.ts";
import { bringTerraform, checkTerraform } from "./terraform.ts";
import { bringToxiproxy, checkToxiproxy } from "./toxiproxy.ts";

/** Everything a machine may need, in the order in which it makes sense to read it. */
export const REQUIREMENTS: readonly Requirement[] = [
  {
    id: "linux",
    title: "Linux",
    neededFor: {
      demo: "a lab is made of Linux namespaces",
      test: "a lab is made of Linux namespaces",
      bench: "a lab is made of Linux namespaces",
    },
    installation: { kind: "by-hand" },
    check: async (machine) => checkLinux(machine),
  },
  {
    id: "node",
    title: "Node.js",
    neededFor: {
      demo: "runs TypeScript as it is",
      test: "runs TypeScript as it is",
      docker: "runs TypeScript as it is",
      bench: "runs TypeScript as it is",
    },
    installation: { kind: "by-hand" },
    check: async (machine) => checkNode(machine),
  },
  packagedProgram("util-linux", "util-linux", {
    neededFor: {
      demo: "enters and leaves namespaces",
      test: "enters and leaves namespaces",
      bench: "enters and leaves namespaces",
    },
    packages: {
      debian: "util-linux",
      fedora: "util-linux",
      arch: "util-linux",
      alpine: "util-linux-misc setpriv",
    },
    // 2.33 brought setpriv --pdeathsig; the same names in BusyBox do not have what is needed.
    check: {
      names: ["unshare"],
      along: ["nsenter", "setpriv"],
      versionArgs: ["--version"],
      version: /util-linux (\S+)/,
      atLeast: "2.33",
    },
  }),
  packagedProgram("iproute2", "iproute2", {
    neededFor: {
      demo: "builds the lab's network",
      test: "builds the lab's network",
      bench: "builds the lab's network",
    },
    packages: { debian: "iproute2", fedora: "iproute", arch: "iproute2", alpine: "iproute2" },
    check: {
      names: ["ip"],
      along: ["bridge"],
      versionArgs: ["-V"],
      version: /iproute2-(?:ss)?([\d.]+)/,
      atLeast: "5",
    },
  }),
  {
    id: "user-namespaces",
    title: "user namespaces",
    neededFor: {
      demo: "let an ordinary user own a lab",
      test: "let an ordinary user own a lab",
      bench: "let an ordinary user own a lab",
    },
    installation: { kind: "by-hand" },
    check: checkUserNamespace,
  },
  {
    id: "lab-network",
    title: "bridge and veth",
    neededFor: {
      demo: "join the nodes of a lab",
      test: "join the nodes of a lab",
      bench: "join the nodes of a lab",
    },
    installation: { kind: "by-hand" },
    check: checkLabNetwork,
  },
  packagedProgram("tini", "tini", {
    neededFor: {
      demo: "is process 1 of every node",
      test: "is process 1 of every node",
      bench: "is process 1 of every node",
    },
    packages: { debian: "tini", fedora: "tini", arch: "tini", alpine: "tini" },
    check: {
      names: ["tini"],
      versionArgs: ["--version"],
      version: /tini version (\S+)/,
      atLeast: "0.18",
    },
  }),
  packagedProgram("keepalived", "keepalived", {
    neededFor: {
      demo: "moves the floating address",
      test: "moves the floating address",
      bench: "moves the floating address",
    },
    packages: {
      debian: "keepalived",
      fedora: "keepalived",
      arch: "keepalived",
      alpine: "keepalived",
    },
    services: ["keepalived.service"],
    check: {
      names: ["keepalived"],
      versionArgs: ["--version"],
      version: /Keepalived v(\S+)/i,
      atLeast: "2.2",
    },
  }),
  withFurtherCheck(
    packagedProgram("nftables", "nftables", {
      neededFor: {
        demo: "passes open connections on while the floating address moves",
        test: "passes open connections on while the floating address moves",
        bench: "passes open connections on while the floating address moves",
      },
      packages: { debian: "nftables", fedora: "nftables", arch: "nftables", alpine: "nftables" },
      services: ["nftables.service"],
      check: {
        names: ["nft"],
        versionArgs: ["--version"],
        version: /nftables v(\S+)/,
        // The first that finds a packet its own socket.
        atLeast: "0.9.7",
      },
    }),
    checkPacketFilter,
  ),
  packagedProgram("socat", "socat", {
    neededFor: {
      demo: "sees VRRP adverts on the wire",
      test: "sees VRRP adverts on the wire",
      bench: "sees VRRP adverts on the wire",
    },
    packages: { debian: "socat", fedora: "socat", arch: "socat", alpine: "socat" },
    check: {
      names: ["socat"],
      versionArgs: ["-V"],
      version: /socat version (\S+)/,
      atLeast: "1.7.3",
    },
  }),
  packagedProgram("redis", "Redis", {
    neededFor: { demo: "stores the sessions", test: "stores the sessions" },
    packages: { debian: "redis-server", fedora: "redis", arch: "redis", alpine: "redis" },
    services: ["redis-server.service"],
    check: {
      names: ["redis-server"],
      versionArgs: ["--version"],
      version: /server v=(\S+)/i,
      atLeast: "6",
    },
  }),
  {
    id: "toxiproxy",
    title: "Toxiproxy",
    neededFor: {
      demo: "is the fault point on a link",
      test: "is the fault point on a link",
      docker: "is the fault point on a link",
    },
    installation: { kind: "brought", bring: bringToxiproxy },
    check: checkToxiproxy,
  },
  packagedProgram("chromium", "Chromium", {
    neededFor: { test: "renders reports", bench: "renders reports" },
    packages: {
      debian: "chromium",
      fedora: "chromium",
      arch: "chromium",
      alpine: "chromium",
    },
    check: {
      names: ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"],
      versionArgs: ["--version"],
      version: /Chrom(?:ium|e) (\S+)/,
      atLeast: "109",
    },
  }),
  packagedProgram("haproxy", "HAProxy", {
    neededFor: { bench: "is compared with" },
    packages: { debian: "haproxy", fedora: "haproxy", arch: "haproxy", alpine: "haproxy" },
    services: ["haproxy.service"],
    check: {
      names: ["haproxy"],
      versionArgs: ["-v"],
      version: /HAProxy version (\S+)/,
      atLeast: "2.4",
    },
  }),
  packagedProgram("nginx", "nginx", {
    neededFor: { test: "says where its hashing puts keys", bench: "is compared with" },
    packages: { debian: "nginx", fedora: "nginx", arch: "nginx", alpine: "nginx" },
    services: ["nginx.service"],
    check: { names: ["nginx"], versionArgs: ["-v"], version: /nginx\/(\S+)/, atLeast: "1.18" },
  }),
  packagedProgram("docker", "Docker client", {
    neededFor: { docker: "speaks to the engine" },
    packages: { debian: "docker.io", fedora: "moby-engine", arch: "docker", alpine: "docker" },
    services: ["docker.service", "docker.socket", "containerd.service"],
    check: {
      names: ["docker"],
      versionArgs: ["--version"],
      version: /version ([\d.]+)/,
      atLeast: "20.10",
    },
  }),
  {
    id: "docker-engine",
    title: "Docker engine",
    neededFor: { docker: "runs the containers" },
    installation: { kind: "brought", bring: bringEngine },
    check: checkDockerEngine,
  },
  {
    id: "terraform",
    title: "Terraform",
    neededFor: { docker: "applies what `cdktf deploy` synthesizes" },
    installation: { kind: "brought", bring: async (bringing) => bringTerraform(bringing) },
    check: checkTerraform,
  },
  {
    id: "terraform-provider",
    title: "Docker provider",
    neededFor: { docker: "makes containers of what Terraform applies" },
    installation: { kind: "brought", bring: async (bringing) => bringProvider(bringing) },
    check: async (machine) => checkProvider(machine),
  },
  {
    id: "docker-images",
    title: "Docker images",
    neededFor: { docker: "are what nodes run" },
    installation: { kind: "brought", bring: buildImages },
    check: checkImages,
  },
];
