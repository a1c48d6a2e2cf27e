/** The pages in the order of the navigation, with the letter that goes to each after `g`. */
import {
  IconAffiliate,
  IconBook2,
  IconCalendarTime,
  IconFolders,
  IconLayoutDashboard,
  IconList,
  IconListDetails,
  IconReportAnalytics,
  IconSettings,
  IconStack2,
} from '@tabler/icons-react';

export const PAGES = [
  { to: '/', name: 'Overview', letter: 'o', icon: IconLayoutDashboard },
  { to: '/runs', name: 'Runs', letter: 'r', icon: IconListDetails },
  { to: '/schedule', name: 'Schedule', letter: 's', icon: IconCalendarTime },
  { to: '/queue', name: 'Queue', letter: 'q', icon: IconStack2 },
  { to: '/findings', name: 'Findings', letter: 'f', icon: IconReportAnalytics },
  { to: '/graph', name: 'Graph', letter: 'g', icon: IconAffiliate },
  { to: '/events', name: 'Events', letter: 'e', icon: IconList },
  { to: '/audit', name: 'Audit', letter: 'a', icon: IconBook2 },
  { to: '/repositories', name: 'Repositories', letter: 'p', icon: IconFolders },
  { to: '/settings', name: 'Settings', letter: 't', icon: IconSettings },
] as const;
