/** One of a few, side by side: the radio buttons of a filter. */
import { useId, type ReactNode } from 'react';
import classes from './choice.module.css';

interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly { readonly value: T; readonly label: string; readonly count?: number | undefined }[];
  readonly onChange: (value: T) => void;
}

export function Choice<T extends string>({ label, value, options, onChange }: ChoiceProps<T>): ReactNode {
  const name = useId();
  return (
    <fieldset className={classes.choice}>
      <legend>{label}</legend>
      {options.map((option) => (
        <label key={option.value} data-chosen={option.value === value || undefined}>
          <input type="radio" name={name} value={option.value} checked={option.value === value} onChange={() => onChange(option.value)} />
          {option.label}
          {option.count === undefined ? null : <span className="dim">{option.count}</span>}
        </label>
      ))}
    </fieldset>
  );
}
