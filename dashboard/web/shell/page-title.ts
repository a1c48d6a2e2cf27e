/** The title of the browser's tab. */
import { useEffect } from 'react';

/** `Runs · acme/app · Upkeep`. */
export function usePageTitle(title: string, repository?: string | null): void {
  useEffect(() => {
    document.title = [title, repository, 'Upkeep'].filter((part) => part !== null && part !== undefined && part !== '').join(' · ');
  }, [title, repository]);
}
