import { Construct } from "constructs";
import type { DockerContainer } from "../cdk.ts";
import { IMAGE_NAMES } from "../image-names.ts";
import { ContainerImage } from "./container-image.ts";
import type { NodeProps } from "./node-container.ts";
import type { Endpoint, NodeReference } from "./node-reference.ts";
import { READY_DEADLINE_MS } from "./node-reference.ts";
import { TopologyStack } from "./topology-stack.ts";

export interface SessionStoreProps extends NodeProps {
  /** @default - the next address for session stores */
  readonly address?: string;
}

const PORT = 6_379;

/** A Redis without persistence that holds the sessions of backends. */
export class SessionStore extends Construct implements NodeReference {
  readonly id: string;
  readonly address: string;
  readonly endpoint: Endpoint;
  /** What Terraform makes of it. */
  readonly container: DockerContainer;

  constructor(scope: Construct, id: string, props: SessionStoreProps = {}) {
    super(scope, id);
    const stack = TopologyStack.of(this);
    this.id = id;
    this.address = props.address ?? stack.nextAddress("session-store");
    this.endpoint = { address: this.address, port: PORT };
    this.container = stack.addContainer(this, this, {
      image: ContainerImage.fromLocal(IMAGE_NAMES.redis),
      ...props,
    });
    stack.declare(() => ({
      nodes: [
        {
          id,
          role: "session-store",
          group: id,
          address: this.address,
          prefixLength: stack.prefixLength,
          processes: [
            {
              name: "redis",
              argv: [
                "redis-server",
                "--port",
                String(PORT),
                "--bind",
                "0.0.0.0",
                "--protected-mode",
                "no",
                "--save",
                "",
                "--appendonly",
                "no",
              ],
              readiness: { kind: "tcp", port: PORT, deadlineMs: READY_DEADLINE_MS },
            },
          ],
          stopOrder: ["redis"],
        },
      ],
    }));
  }
}
