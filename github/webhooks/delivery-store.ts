/** Which webhooks were acted on already, so that one that comes again does nothing twice. */

/** What is known of one webhook before anything is done about it. */
export interface Delivery {
  /** GitHub's `x-github-delivery`; the same when GitHub or a person sends it again. */
  readonly id: string;
  /** SHA-256 of the body, hex: the id is not signed, so whoever replays a body can make up a new one. */
  readonly digest: string;
}

/** A webhook is claimed before it is acted on, then either settled or given back. */
export interface DeliveryStore {
  /** Whether it is new; from then on, of the same id or body, only this one is under way. */
  claim(delivery: Delivery): Promise<boolean>;
  /** It was acted on: from now on it is known, after a restart as well where the store outlives the process. */
  settle(delivery: Delivery): Promise<void>;
  /** It could not be acted on: the same may come again. */
  release(delivery: Delivery): Promise<void>;
}

/** GitHub offers to send again what is at most some days old; this many reach further back than that. */
export const KEPT_DELIVERIES = 10_000;

/** Ids and digests, the oldest forgotten first. */
export interface KnownDeliveries {
  has(delivery: Delivery): boolean;
  add(delivery: Delivery): void;
  delete(delivery: Delivery): void;
  /** Oldest first. */
  list(): readonly Delivery[];
}

/** At most `most` of them. */
export function knownDeliveries(most = KEPT_DELIVERIES): KnownDeliveries {
  const byId = new Map<string, Delivery>();
  const digests = new Set<string>();
  const remove = (delivery: Delivery): void => {
    const known = byId.get(delivery.id);
    if (known === undefined) return;
    byId.delete(known.id);
    digests.delete(known.digest);
  };
  return {
    has: ({ id, digest }) => byId.has(id) || digests.has(digest),
    add: (delivery) => {
      remove(delivery);
      byId.set(delivery.id, delivery);
      digests.add(delivery.digest);
      for (const oldest of byId.values()) {
        if (byId.size <= most) break;
        remove(oldest);
      }
    },
    delete: remove,
    list: () => [...byId.values()],
  };
}

/** Remembers as long as the process lives. */
export function memoryDeliveryStore(most = KEPT_DELIVERIES): DeliveryStore {
  const known = knownDeliveries(most);
  return {
    claim: async (delivery) => {
      if (known.has(delivery)) return false;
      known.add(delivery);
      return true;
    },
    settle: async () => undefined,
    release: async (delivery) => known.delete(delivery),
  };
}
