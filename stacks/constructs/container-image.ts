/** What a container is made from. */
export class ContainerImage {
  /** As the engine knows it, with its tag or digest. */
  readonly name: string;
  /** Whether it is fetched when the engine does not have it. */
  readonly pulled: boolean;

  private constructor(name: string, pulled: boolean) {
    if (!/^[^\s]+$/.test(name)) {
      throw new RangeError(`"${name}" is not an image. Name one, such as redis:7.4.2.`);
    }
    this.name = name;
    this.pulled = pulled;
  }

  /** An image that was built on this machine; deployment ends when the engine has none of that name. */
  static fromLocal(name: string): ContainerImage {
    return new ContainerImage(name, false);
  }

  /**
   * An image of a registry, fetched when it is deployed, and kept when the topology is destroyed.
   *
   * @param name with its registry and its tag or digest, as `docker pull` takes it
   */
  static fromRegistry(name: string): ContainerImage {
    return new ContainerImage(name, true);
  }
}
