/** The command palette: pages, repositories, agents and what can be done with them. Loaded when it is first asked for. */
import '../all-styles.ts';
import '@mantine/spotlight/styles.css';
import { Spotlight, spotlight, type SpotlightActionData, type SpotlightActionGroupData } from '@mantine/spotlight';
import { IconFolder, IconRobot, IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, type ReactNode } from 'react';
import { api } from '../api/client.ts';
import { statusLook } from '../format/status.ts';
import { visible } from '../format/text.ts';
import { PAGES } from './pages.ts';
import { repositoryInput, repositoryLabel, useRepository } from './repository.ts';

export function Palette({ onClose }: { readonly onClose: () => void }): ReactNode {
  const navigate = useNavigate();
  const repository = useRepository();
  const repositories = useQuery(api.repositories.list.queryOptions());
  const agents = useQuery(api.agents.list.queryOptions(repositoryInput(repository), { enabled: repository.isKnown }));
  useEffect(() => spotlight.open(), []);

  const pages: SpotlightActionData[] = PAGES.map(({ to, name, letter, icon: Icon }) => ({
    id: to,
    label: name,
    description: `g then ${letter}`,
    leftSection: <Icon size={18} stroke={1.6} aria-hidden />,
    onClick: () => void navigate({ to }),
  }));
  const ofAgents: SpotlightActionData[] = (agents.data ?? []).map(({ id, name, repository: of, state }) => ({
    id,
    label: `${name}: runs`,
    description: `${visible(of.name)}, ${statusLook(state).word}`,
    keywords: [of.name, name],
    leftSection: <IconRobot size={18} stroke={1.6} aria-hidden />,
    onClick: () => void navigate({ to: '/runs', search: (search) => ({ ...search, agent: [name] }) }),
  }));
  const ofRepositories: SpotlightActionData[] = (repositories.data ?? []).map(({ id, name, identity, branch }) => ({
    id,
    label: `Keep to ${repositoryLabel({ name, identity }, repositories.data ?? [])}`,
    description: branch,
    keywords: [identity],
    leftSection: <IconFolder size={18} stroke={1.6} aria-hidden />,
    onClick: () => void navigate({ to: '.', search: (search) => ({ ...search, repository: identity }) }),
  }));
  const groups: SpotlightActionGroupData[] = [
    { group: 'Pages', actions: pages },
    { group: 'Agents', actions: ofAgents },
    { group: 'Repositories', actions: ofRepositories },
  ];
  return (
    <Spotlight
      actions={groups}
      shortcut={null}
      limit={12}
      onSpotlightClose={onClose}
      nothingFound="Nothing has that name."
      highlightQuery
      attributes={{ content: { 'aria-label': 'Find or do' } }}
      searchProps={{
        leftSection: <IconSearch size={18} aria-hidden />,
        placeholder: 'A page, an agent, a repository',
        'aria-label': 'Find or do',
      }}
    />
  );
}
